/**
 * All buckets of all limits: found, created, kept in order and dropped.
 */
@NullMarked
package io.openclaw.tokenbucket.limiter.store;

import org.jspecify.annotations.NullMarked;
