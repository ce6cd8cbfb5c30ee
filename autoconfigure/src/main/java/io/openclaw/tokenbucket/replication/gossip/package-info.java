/**
 * What members tell each other, and when.
 */
@NullMarked
package io.openclaw.tokenbucket.replication.gossip;

import org.jspecify.annotations.NullMarked;
