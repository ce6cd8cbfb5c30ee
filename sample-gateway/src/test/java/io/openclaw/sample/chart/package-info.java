/**
 * The Helm chart: rendered in this process, checked against Kubernetes' schemas and
 * against a running gateway.
 */
@NullMarked
package io.openclaw.sample.chart;

import org.jspecify.annotations.NullMarked;
