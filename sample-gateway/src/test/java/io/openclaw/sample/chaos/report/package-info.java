/**
 * Writes what happened in an experiment: tables, a plot and a verdict.
 */
@NullMarked
package io.openclaw.sample.chaos.report;

import org.jspecify.annotations.NullMarked;
