/**
 * Keeps the buckets of members in step; read downwards: gossip, membership, delivery,
 * wire, with the port beside.
 */
@NullMarked
package io.openclaw.tokenbucket.replication;

import org.jspecify.annotations.NullMarked;
