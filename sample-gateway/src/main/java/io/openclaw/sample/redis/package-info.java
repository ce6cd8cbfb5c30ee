/**
 * The Redis server that the sample brings when none is configured and none listens.
 */
@NullMarked
package io.openclaw.sample.redis;

import org.jspecify.annotations.NullMarked;
