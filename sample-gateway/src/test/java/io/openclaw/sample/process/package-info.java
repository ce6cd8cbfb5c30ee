/**
 * Gateways as processes of their own, as users run them.
 */
@NullMarked
package io.openclaw.sample.process;

import org.jspecify.annotations.NullMarked;
