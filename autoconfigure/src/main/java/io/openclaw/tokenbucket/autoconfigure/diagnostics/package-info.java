/**
 * Tells people what is wrong with their configuration and how to mend it.
 */
@NullMarked
package io.openclaw.tokenbucket.autoconfigure.diagnostics;

import org.jspecify.annotations.NullMarked;
