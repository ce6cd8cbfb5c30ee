/**
 * Which address a request comes from, through proxies that are trusted to say so.
 */
@NullMarked
package io.openclaw.tokenbucket.gateway.address;

import org.jspecify.annotations.NullMarked;
