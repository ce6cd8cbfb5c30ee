package io.openclaw.tokenbucket.autoconfigure.manifest;

import org.springframework.boot.origin.Origin;
import org.springframework.core.io.Resource;

/**
 * The place of a value in a manifest. Immutable.
 *
 * @param resource the manifest
 * @param field the field with those around it, such as {@code buckets.rating.capacity}
 * @param line the line, from one
 * @param column the column, from one
 */
record ManifestOrigin(Resource resource, String field, int line, int column) implements Origin {

	@Override
	public String toString() {
		return "%s, line %d, column %d%s".formatted(this.resource.getDescription(), this.line, this.column,
				this.field.isEmpty() ? "" : ", field '" + this.field + "'");
	}

}
