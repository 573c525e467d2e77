// By themselves, the modules' ids depend on the folder that the course lies in; what is built must not.
module.exports = { optimization: { moduleIds: 'natural' } };
