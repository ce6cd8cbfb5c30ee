/**
 * Which plan a request is under, where a list of keys does not say it.
 */
@NullMarked
package io.openclaw.tokenbucket.gateway.plan;

import org.jspecify.annotations.NullMarked;
