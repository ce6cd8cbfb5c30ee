/**
 * Follows a mounted configuration that changes.
 */
@NullMarked
package io.openclaw.sample.configuration;

import org.jspecify.annotations.NullMarked;
