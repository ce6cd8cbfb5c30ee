/**
 * Files of what was consumed, for whoever must prove that nothing was counted twice.
 */
@NullMarked
package io.openclaw.tokenbucket.observability.audit;

import org.jspecify.annotations.NullMarked;
