/**
 * The format of messages: what members say, byte by byte.
 */
@NullMarked
package io.openclaw.tokenbucket.replication.wire;

import org.jspecify.annotations.NullMarked;
