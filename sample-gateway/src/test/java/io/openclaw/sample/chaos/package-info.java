/**
 * Experiments with faults in a fleet of real gateways: what is expected is a number, set
 * before the run.
 */
@NullMarked
package io.openclaw.sample.chaos;

import org.jspecify.annotations.NullMarked;
