/**
 * The replication transport over Redis publish/subscribe.
 */
@NullMarked
package io.openclaw.tokenbucket.redis;

import org.jspecify.annotations.NullMarked;
