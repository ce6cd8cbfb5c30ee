/**
 * What the gateway answers itself: the caller's bucket and its own status.
 */
@NullMarked
package io.openclaw.sample.web;

import org.jspecify.annotations.NullMarked;
