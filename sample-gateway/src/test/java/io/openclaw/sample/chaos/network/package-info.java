/**
 * The network between gateways and Redis, with its faults.
 */
@NullMarked
package io.openclaw.sample.chaos.network;

import org.jspecify.annotations.NullMarked;
