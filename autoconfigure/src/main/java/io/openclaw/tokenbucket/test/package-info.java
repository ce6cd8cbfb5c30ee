/**
 * What tests of applications need: a clock that they move, a fleet within their process,
 * and assertions about buckets.
 */
@NullMarked
package io.openclaw.tokenbucket.test;

import org.jspecify.annotations.NullMarked;
