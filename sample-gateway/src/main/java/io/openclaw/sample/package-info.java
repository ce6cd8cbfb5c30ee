/**
 * A runnable gateway that shows the starter with real requests.
 */
@NullMarked
package io.openclaw.sample;

import org.jspecify.annotations.NullMarked;
