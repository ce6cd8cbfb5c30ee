/**
 * The thread-safe local decision per key, bounded in memory.
 */
@NullMarked
package io.openclaw.tokenbucket.limiter;

import org.jspecify.annotations.NullMarked;
