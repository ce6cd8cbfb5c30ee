/**
 * What arrived and what was acknowledged: batches, and everything that a member holds.
 */
@NullMarked
package io.openclaw.tokenbucket.replication.delivery;

import org.jspecify.annotations.NullMarked;
