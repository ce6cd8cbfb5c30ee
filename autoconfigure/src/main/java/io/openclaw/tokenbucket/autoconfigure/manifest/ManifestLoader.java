package io.openclaw.tokenbucket.autoconfigure.manifest;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;

import org.springframework.boot.context.config.ConfigData;
import org.springframework.boot.context.config.ConfigDataLoader;
import org.springframework.boot.context.config.ConfigDataLoaderContext;
import org.springframework.boot.env.OriginTrackedMapPropertySource;
import org.springframework.core.io.Resource;

/**
 * Loads a manifest as properties under {@code openclaw}.
 */
class ManifestLoader implements ConfigDataLoader<ManifestDataResource> {

	@Override
	public ConfigData load(ConfigDataLoaderContext context, ManifestDataResource manifest) throws IOException {
		Resource resource = manifest.resource();
		try (InputStream content = resource.getInputStream()) {
			return new ConfigData(List.of(new OriginTrackedMapPropertySource(manifest.toString(),
					new ManifestReader(resource).read(content), true)));
		}
	}

}
