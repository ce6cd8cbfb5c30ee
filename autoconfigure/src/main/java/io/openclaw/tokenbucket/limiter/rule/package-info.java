/**
 * The rules by which a bucket's state is refilled, held aside and shared; one class each.
 */
@NullMarked
package io.openclaw.tokenbucket.limiter.rule;

import org.jspecify.annotations.NullMarked;
