/**
 * One experiment: its hypothesis, its fault, its run and its outcome.
 */
@NullMarked
package io.openclaw.sample.chaos.experiment;

import org.jspecify.annotations.NullMarked;
