/**
 * Read-only Actuator endpoints and the immutable views they answer with.
 */
@NullMarked
package io.openclaw.tokenbucket.observability.endpoint;

import org.jspecify.annotations.NullMarked;
