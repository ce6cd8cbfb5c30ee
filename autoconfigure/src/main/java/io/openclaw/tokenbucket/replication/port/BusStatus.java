package io.openclaw.tokenbucket.replication.port;

/**
 * One bus as it was at a moment. Immutable.
 *
 * @param name the name of the bus
 * @param connected whether the subscription stands
 * @param failedPublishes messages that could not be published since it was connected
 * first
 */
public record BusStatus(String name, boolean connected, long failedPublishes) {
}
