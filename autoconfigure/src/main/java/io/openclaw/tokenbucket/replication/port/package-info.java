/**
 * What replication needs of others and what it tells them: the transport, what listens,
 * settings and secrets.
 */
@NullMarked
package io.openclaw.tokenbucket.replication.port;

import org.jspecify.annotations.NullMarked;
