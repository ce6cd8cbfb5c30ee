/**
 * The service behind the gateway.
 */
@NullMarked
package io.openclaw.sample.rating;

import org.jspecify.annotations.NullMarked;
