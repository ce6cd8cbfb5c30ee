/**
 * One bucket: the rules of one key behind one lock, with the line of those that wait.
 */
@NullMarked
package io.openclaw.tokenbucket.limiter.bucket;

import org.jspecify.annotations.NullMarked;
