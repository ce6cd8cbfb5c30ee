/**
 * Tests of the sample in one process.
 */
@NullMarked
package io.openclaw.sample.regions;

import org.jspecify.annotations.NullMarked;
