/**
 * Tests of clients.
 */
@NullMarked
package io.openclaw.sample.client;

import org.jspecify.annotations.NullMarked;
