/**
 * Tests of the sample in one process.
 */
@NullMarked
package io.openclaw.sample;

import org.jspecify.annotations.NullMarked;
