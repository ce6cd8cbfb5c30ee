/**
 * What passes between the limiter and the rooms above, which implement its interfaces.
 */
@NullMarked
package io.openclaw.tokenbucket.limiter.port;

import org.jspecify.annotations.NullMarked;
