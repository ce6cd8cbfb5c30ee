/**
 * Whose bucket a request draws on, and under which name the bucket is known.
 */
@NullMarked
package io.openclaw.tokenbucket.gateway.key;

import org.jspecify.annotations.NullMarked;
