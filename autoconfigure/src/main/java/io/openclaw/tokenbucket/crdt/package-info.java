/**
 * Replicated values and the bucket arithmetic: plain Java, in which time is a parameter.
 */
@NullMarked
package io.openclaw.tokenbucket.crdt;

import org.jspecify.annotations.NullMarked;
