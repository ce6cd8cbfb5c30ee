/**
 * Tests of the Redis server that the sample brings.
 */
@NullMarked
package io.openclaw.sample.redis;

import org.jspecify.annotations.NullMarked;
