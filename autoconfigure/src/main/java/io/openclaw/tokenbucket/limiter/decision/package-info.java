/**
 * What a request asks of the limiter, and what it is told.
 */
@NullMarked
package io.openclaw.tokenbucket.limiter.decision;

import org.jspecify.annotations.NullMarked;
