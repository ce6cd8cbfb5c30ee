/**
 * Alerts and dashboard, beside what a gateway exports.
 */
@NullMarked
package io.openclaw.sample.monitoring;

import org.jspecify.annotations.NullMarked;
