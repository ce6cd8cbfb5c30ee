/**
 * A real Redis for the tests of all modules.
 */
@NullMarked
package io.openclaw.tokenbucket.testing;

import org.jspecify.annotations.NullMarked;
