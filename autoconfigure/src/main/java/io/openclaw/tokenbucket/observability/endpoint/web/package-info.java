/**
 * Reads what is written to the endpoints over WebFlux, and answers what cannot be read.
 */
@NullMarked
package io.openclaw.tokenbucket.observability.endpoint.web;

import org.jspecify.annotations.NullMarked;
