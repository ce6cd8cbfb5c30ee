/**
 * What keeps a fleet within its means when something is wrong with it or behind it.
 */
@NullMarked
package io.openclaw.tokenbucket.resilience;

import org.jspecify.annotations.NullMarked;
