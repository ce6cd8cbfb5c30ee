/**
 * What outlives every process: buckets are saved, read at the start, exported and
 * imported.
 */
@NullMarked
package io.openclaw.tokenbucket.persistence;

import org.jspecify.annotations.NullMarked;
