/**
 * Three gateways in one process, as if in three regions, whose network and servers can be
 * broken and mended.
 */
@NullMarked
package io.openclaw.sample.regions;

import org.jspecify.annotations.NullMarked;
