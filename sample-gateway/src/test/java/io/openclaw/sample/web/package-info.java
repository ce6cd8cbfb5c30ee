/**
 * Tests of what the gateway answers itself.
 */
@NullMarked
package io.openclaw.sample.web;

import org.jspecify.annotations.NullMarked;
