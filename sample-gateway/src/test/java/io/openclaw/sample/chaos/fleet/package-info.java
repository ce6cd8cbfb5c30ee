/**
 * Four real gateways, a real Redis, and what can be done to them.
 */
@NullMarked
package io.openclaw.sample.chaos.fleet;

import org.jspecify.annotations.NullMarked;
