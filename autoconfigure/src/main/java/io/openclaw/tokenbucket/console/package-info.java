/**
 * The live page that shows an operator the fleet, its limits and its busiest keys.
 */
@NullMarked
package io.openclaw.tokenbucket.console;

import org.jspecify.annotations.NullMarked;
