/**
 * Requests at a steady rate, and how they are answered.
 */
@NullMarked
package io.openclaw.sample.chaos.load;

import org.jspecify.annotations.NullMarked;
