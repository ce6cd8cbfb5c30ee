/**
 * Tests of the live page.
 */
@NullMarked
package io.openclaw.tokenbucket.console;

import org.jspecify.annotations.NullMarked;
