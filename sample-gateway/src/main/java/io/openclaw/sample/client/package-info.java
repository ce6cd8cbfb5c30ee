/**
 * How callers of a limited service wait.
 */
@NullMarked
package io.openclaw.sample.client;

import org.jspecify.annotations.NullMarked;
