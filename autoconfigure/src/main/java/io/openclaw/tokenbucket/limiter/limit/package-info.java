/**
 * Limits as they are configured, changed and agreed on by the fleet.
 */
@NullMarked
package io.openclaw.tokenbucket.limiter.limit;

import org.jspecify.annotations.NullMarked;
