/**
 * Membership, batches, acknowledgements and anti-entropy over a transport port.
 */
@NullMarked
package io.openclaw.tokenbucket.replication;

import org.jspecify.annotations.NullMarked;
